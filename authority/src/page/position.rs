//! Where in a list a page is: from its beginning, its end, or beside a row.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_types::Word;
use uuid::Uuid;

use super::{Cursor, CursorError};

/// The order that a cursor belongs to. One of another list, or of the same list in another order,
/// would lead anywhere: it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderTag(u8);

impl OrderTag {
    /// The order `sort` of the list that has the number `list`.
    pub fn of<W: Word>(list: u8, sort: W) -> Self {
        let place = W::ALL.iter().position(|known| *known == sort).unwrap_or(0);
        Self((list << 4) | u8::try_from(place & 0xf).unwrap_or(0))
    }
}

/// Where a page of a list is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Position {
    /// At the beginning.
    #[default]
    First,
    /// After a row.
    After(Cursor),
    /// Before a row.
    Before(Cursor),
    /// At the end.
    Last,
}

/// The last page in an address.
const LAST: &str = "last";

const FORWARD: u8 = 0;
const BACKWARD: u8 = 1;

impl Position {
    /// The position as it stands in an address; the first page has none.
    pub fn encode(self, order: OrderTag) -> Option<String> {
        let (direction, cursor) = match self {
            Self::First => return None,
            Self::Last => return Some(LAST.to_owned()),
            Self::After(cursor) => (FORWARD, cursor),
            Self::Before(cursor) => (BACKWARD, cursor),
        };
        let mut bytes = [0; 26];
        bytes[0] = order.0;
        bytes[1] = direction;
        bytes[2..10].copy_from_slice(&cursor.key.to_be_bytes());
        bytes[10..].copy_from_slice(cursor.id.as_bytes());
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a position; nothing is the first page.
    ///
    /// # Errors
    /// [`CursorError`] if it is none of this order.
    pub fn parse(text: &str, order: OrderTag) -> Result<Self, CursorError> {
        match text {
            "" => return Ok(Self::First),
            LAST => return Ok(Self::Last),
            _ => {}
        }
        let mut bytes = [0; 26];
        // The exact length first: nothing longer is decoded at all.
        if text.len() != 35 || URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) != Ok(26) {
            return Err(CursorError);
        }
        let [tag, direction, rest @ ..] = bytes;
        let (key, id) = rest.split_at(8);
        let cursor = Cursor {
            key: i64::from_be_bytes(key.try_into().map_err(|_| CursorError)?),
            id: Uuid::from_slice(id).map_err(|_| CursorError)?,
        };
        match direction {
            _ if tag != order.0 => Err(CursorError),
            FORWARD => Ok(Self::After(cursor)),
            BACKWARD => Ok(Self::Before(cursor)),
            _ => Err(CursorError),
        }
    }

    /// Whether rows are read from the end of the list towards its beginning.
    pub(super) fn is_backward(self) -> bool {
        matches!(self, Self::Before(_) | Self::Last)
    }
}

/// A part of a list, with the rows beside which the neighbouring pages are.
#[derive(Debug, Clone)]
pub struct Window<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// The page before, if there is one.
    pub previous: Option<Position>,
    /// The page after, if there is one.
    pub next: Option<Position>,
}

impl<T> Window<T> {
    /// The same part of something made from each row.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Window<U> {
        Window {
            items: self.items.into_iter().map(change).collect(),
            previous: self.previous,
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use latchkey_types::{ListSort, SessionSort};

    use super::*;

    #[test]
    fn a_position_reads_back_in_its_own_order_and_in_no_other() {
        let cursor = Cursor {
            key: -7,
            id: Uuid::from_u128(9),
        };
        let order = OrderTag::of(1, SessionSort::Newest);
        for position in [
            Position::First,
            Position::After(cursor),
            Position::Before(cursor),
            Position::Last,
        ] {
            let text = position.encode(order).unwrap_or_default();
            assert_eq!(Position::parse(&text, order), Ok(position));
        }
        let text = Position::After(cursor).encode(order).unwrap();
        for other in [
            OrderTag::of(1, SessionSort::LastUsed),
            OrderTag::of(2, ListSort::Newest),
        ] {
            assert_eq!(Position::parse(&text, other), Err(CursorError));
        }
        for wrong in [
            "x",
            "LAST",
            &"A".repeat(34),
            &"A".repeat(36),
            &"!".repeat(35),
        ] {
            assert_eq!(Position::parse(wrong, order), Err(CursorError), "{wrong}");
        }
        // Another direction than the two.
        let mut bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        bytes[1] = 2;
        let forged = URL_SAFE_NO_PAD.encode(bytes);
        assert_eq!(Position::parse(&forged, order), Err(CursorError));
    }
}
