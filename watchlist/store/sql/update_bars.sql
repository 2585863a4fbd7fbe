-- Changed bars in place. A bar that was only re-based keeps its pull and its moment.
UPDATE base.bars AS b
SET open = f.open, high = f.high, low = f.low, close = f.close, volume = f.volume,
    dividend = f.dividend, split = f.split, adj_close = f.adj_close, final = f.final,
    adj_basis = CASE WHEN f.rebased THEN $pull_id ELSE b.adj_basis END,
    source = CASE WHEN f.restated THEN $source ELSE b.source END,
    pull_id = CASE WHEN f.restated THEN $pull_id ELSE b.pull_id END,
    pulled_at = CASE WHEN f.restated THEN $at ELSE b.pulled_at END
FROM _frame AS f
WHERE b.security_id = $security_id AND b.session = f.session
