-- The one rule from two bars to a return; the views returns and event_windows share it.
-- Dividends known: the ratio with the dividend paid back. Not known: the vendor's adjusted closes,
-- if both have the same adjustment. Neither: closes, and `return_basis` says that dividends are missing.
CREATE OR REPLACE MACRO return_basis(
    close, last_close, dividend, adj_close, last_adj_close, adj_basis, last_adj_basis
) AS CASE
    WHEN close IS NOT NULL AND last_close IS NOT NULL AND dividend IS NOT NULL THEN 'dividend'
    WHEN adj_close IS NOT NULL AND last_adj_close IS NOT NULL AND adj_basis = last_adj_basis
        THEN 'adjusted'
    WHEN close IS NOT NULL AND last_close IS NOT NULL THEN 'price'
END;

CREATE OR REPLACE MACRO simple_return(
    basis, close, last_close, dividend, adj_close, last_adj_close
) AS CASE basis
    WHEN 'dividend' THEN (close + dividend) / nullif(last_close, 0) - 1
    WHEN 'adjusted' THEN adj_close / nullif(last_adj_close, 0) - 1
    WHEN 'price' THEN close / nullif(last_close, 0) - 1
END;

COMMENT ON MACRO return_basis IS 'Which prices a return between two bars is made of: dividend, adjusted or price.';
COMMENT ON MACRO simple_return IS 'Simple return between two bars on that basis, fraction.';
