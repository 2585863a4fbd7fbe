"""The event study: returns and dated events in, effects with honest p-values out.

Pure: arrays and frames in, frozen values and frames out. No clock, network, file or database.

Array conventions, the same in every module here:

- `T` sessions ascending, `S` securities, `P` pairs (event x security), `N` pairs under one test,
  `M` estimation rows, `L` days of an event window, `K` factors (the intercept not counted),
  `G` distinct event dates.
- A panel is dense: `returns[t, s]` has **rows = sessions, columns = securities**.
- A pair is two integers: `rows[p]`, the session row of day 0, and `cols[p]`, the security's column.
  Pairs on one date have one `rows` value.
- `resid[p, :]` are the M estimation residuals, oldest first; `ar[p, :]` the abnormal returns of
  the event days, first day first; `car[p]`, `scar[p]` one number a pair; `dates[p]` an integer
  that is equal for pairs on one date.
- **NaN = missing**, and nothing else: a bar that is not there, a row masked out. Never
  zero-filled. Functions skip NaN rows and say how many rows they used.
- Returns are simple and fractions. Everything is float64; randomness comes from an explicit
  `numpy.random.Generator`.
"""
