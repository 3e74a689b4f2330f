-- The rule of counter.rs, for counters that several nodes share.
-- KEYS[1]: the counter. ARGV: "count" or "refund", most, now, window, longest pause, memory (ms).
-- Returns until when there are no attempts, or 0.
local kept = redis.call('HMGET', KEYS[1], 'attempts', 'began', 'blocked', 'pauses', 'touched')
local attempts = tonumber(kept[1]) or 0
local began = tonumber(kept[2]) or 0
local blocked = tonumber(kept[3]) or 0
local pauses = tonumber(kept[4]) or 0
local touched = tonumber(kept[5]) or 0
local most, now, window = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local longest, memory = tonumber(ARGV[5]), tonumber(ARGV[6])

if ARGV[1] == 'refund' then
  if not kept[1] then return 0 end
  attempts = math.max(attempts - 1, 0)
  if blocked > 0 then
    blocked = 0
    pauses = math.max(pauses - 1, 0)
  end
else
  if now - touched >= memory then
    attempts, began, blocked, pauses = 0, 0, 0, 0
  end
  if now < blocked then return blocked end
  if now - began >= window or attempts >= most then
    began, attempts = now, 0
  end
  touched = now
  attempts = attempts + 1
  if attempts >= most then
    blocked = now + math.min(window * 2 ^ math.min(pauses, 8), longest)
    pauses = pauses + 1
  end
end
redis.call('HSET', KEYS[1], 'attempts', attempts, 'began', string.format('%.0f', began),
  'blocked', string.format('%.0f', blocked), 'pauses', pauses, 'touched', string.format('%.0f', touched))
redis.call('PEXPIRE', KEYS[1], memory)
return 0
