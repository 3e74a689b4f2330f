"""The edges of the follower, by a clock in the test's hands. Whether it works with Latchkey is tested with Latchkey."""
