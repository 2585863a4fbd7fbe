-- Partitioned by symbol, so that a filter on symbol is applied before the window is computed.
-- A bar without any price, and a bar on a date that is no session, is no bar here.
CREATE OR REPLACE VIEW returns AS
WITH priced AS (
    SELECT
        s.symbol, b.session, c.session_number, b.close, b.adj_close, b.adj_basis, b.dividend,
        b.volume
    FROM base.bars AS b
    JOIN base.securities AS s USING (security_id)
    JOIN sessions AS c ON c.calendar = s.calendar AND c.session = b.session
    WHERE b.final
        AND coalesce(b.close, b.adj_close) IS NOT NULL
        AND (s.valid_from IS NULL OR b.session >= s.valid_from)
        AND (s.valid_to IS NULL OR b.session <= s.valid_to)
),
paired AS (
    SELECT
        *,
        session_number - lag(session_number) OVER last_bar AS trade_gap,
        lag(close) OVER last_bar AS last_close,
        lag(adj_close) OVER last_bar AS last_adj_close,
        lag(adj_basis) OVER last_bar AS last_adj_basis
    FROM priced
    WINDOW last_bar AS (PARTITION BY symbol ORDER BY session)
),
based AS (
    SELECT
        *,
        return_basis(
            close, last_close, dividend, adj_close, last_adj_close, adj_basis, last_adj_basis
        ) AS ret_basis
    FROM paired
),
traded AS (
    SELECT
        *,
        simple_return(
            ret_basis, close, last_close, dividend, adj_close, last_adj_close
        ) AS trade_ret
    FROM based
)
SELECT
    symbol,
    session,
    CASE WHEN trade_gap = 1 THEN trade_ret END AS ret,
    trade_ret,
    trade_gap,
    ret_basis,
    close,
    volume,
    close * volume AS dollar_volume
FROM traded;

COMMENT ON VIEW returns IS 'Simple daily returns from final bars, one row per symbol and session that has a price.';
COMMENT ON COLUMN returns.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN returns.session IS 'Trading date of the exchange.';
COMMENT ON COLUMN returns.ret IS 'Return since the session before, fraction; NULL if that session has no bar.';
COMMENT ON COLUMN returns.trade_ret IS 'Return since the last session that has a bar, fraction; NULL on the first.';
COMMENT ON COLUMN returns.trade_gap IS 'Sessions that trade_ret spans; 1 is the usual day.';
COMMENT ON COLUMN returns.ret_basis IS 'dividend: (close + dividend) / last close − 1; adjusted: ratio of the vendor''s adjusted closes; price: ratio of closes, dividends not known.';
COMMENT ON COLUMN returns.close IS 'Last price, in the currency of the security, split-adjusted.';
COMMENT ON COLUMN returns.volume IS 'Shares traded, split-adjusted.';
COMMENT ON COLUMN returns.dollar_volume IS 'close × volume, in the currency of the security.';
