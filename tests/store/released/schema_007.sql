-- A small store as this schema wrote it; never edited after its release.
CREATE SCHEMA base;
CREATE TABLE base.abnormal_returns(study_id INTEGER NOT NULL, event_id VARCHAR NOT NULL, symbol VARCHAR NOT NULL, "day" SMALLINT NOT NULL, "session" DATE NOT NULL, ret DOUBLE, expected DOUBLE, ar DOUBLE, sar DOUBLE);
CREATE TABLE base.alerts(symbol VARCHAR NOT NULL, "session" DATE NOT NULL, signal VARCHAR NOT NULL, state VARCHAR NOT NULL, previous_state VARCHAR NOT NULL, "value" DOUBLE, "rule" VARCHAR NOT NULL, expected_per_year DOUBLE, sentence VARCHAR NOT NULL);
CREATE TABLE base.bars(security_id INTEGER NOT NULL, "session" DATE NOT NULL, open DOUBLE, high DOUBLE, low DOUBLE, "close" DOUBLE, adj_close DOUBLE, adj_basis INTEGER, volume BIGINT, dividend DOUBLE, split DOUBLE, "source" VARCHAR NOT NULL, pull_id INTEGER NOT NULL, first_pulled_at TIMESTAMP WITH TIME ZONE NOT NULL, pulled_at TIMESTAMP WITH TIME ZONE NOT NULL, final BOOLEAN NOT NULL);
CREATE TABLE base.calibrations(design_hash VARCHAR NOT NULL, as_of DATE NOT NULL, "scope" VARCHAR NOT NULL, test VARCHAR NOT NULL, setting VARCHAR NOT NULL, first_day SMALLINT NOT NULL, last_day SMALLINT NOT NULL, n INTEGER NOT NULL, nominal DOUBLE NOT NULL, rejected DOUBLE NOT NULL, repetitions INTEGER NOT NULL);
CREATE TABLE base.candidates(candidate_id VARCHAR NOT NULL, "source" VARCHAR NOT NULL, title VARCHAR NOT NULL, announced_on DATE, announced_time TIME, timing VARCHAR NOT NULL, timing_basis VARCHAR NOT NULL, signed_on DATE, published_on DATE, url VARCHAR, score DOUBLE NOT NULL, "matched" VARCHAR[] NOT NULL, symbols VARCHAR[] NOT NULL, category VARCHAR, note VARCHAR, state VARCHAR NOT NULL, decided_at TIMESTAMP WITH TIME ZONE, event_id VARCHAR, found_at TIMESTAMP WITH TIME ZONE NOT NULL, raw JSON);
CREATE TABLE base.contradictions(document_id VARCHAR NOT NULL, event_id VARCHAR NOT NULL, claim VARCHAR NOT NULL, fact VARCHAR NOT NULL, evidence VARCHAR NOT NULL, first_char INTEGER NOT NULL, last_char INTEGER NOT NULL);
CREATE TABLE base.documents(document_id VARCHAR NOT NULL, title VARCHAR, dated_on DATE, date_basis VARCHAR, "source" VARCHAR NOT NULL, characters INTEGER NOT NULL, "text" VARCHAR, read_at TIMESTAMP WITH TIME ZONE NOT NULL);
CREATE TABLE base.event_days(event_id VARCHAR NOT NULL, calendar VARCHAR NOT NULL, day0 DATE NOT NULL, why VARCHAR NOT NULL);
CREATE TABLE base.event_effects(study_id INTEGER NOT NULL, event_id VARCHAR NOT NULL, symbol VARCHAR NOT NULL, first_day SMALLINT NOT NULL, last_day SMALLINT NOT NULL, ret DOUBLE, car DOUBLE, bhar DOUBLE, se DOUBLE, scar DOUBLE, t_p DOUBLE, placebo_p DOUBLE, placebo_floor DOUBLE, placebo_n INTEGER, p_holm DOUBLE, p_bh DOUBLE, p_romano_wolf DOUBLE, mde DOUBLE, "days" INTEGER NOT NULL, note VARCHAR);
CREATE TABLE base.event_sources(event_id VARCHAR NOT NULL, "position" INTEGER NOT NULL, title VARCHAR NOT NULL, publisher VARCHAR NOT NULL, url VARCHAR, published_on DATE, says_on DATE, says_amount_usd DOUBLE);
CREATE TABLE base.event_targets(event_id VARCHAR NOT NULL, symbol VARCHAR NOT NULL, relation VARCHAR NOT NULL, direction VARCHAR NOT NULL);
CREATE TABLE base.events(event_id VARCHAR NOT NULL, announced_on DATE NOT NULL, announced_time TIME, timing VARCHAR NOT NULL, timing_basis VARCHAR NOT NULL, title VARCHAR NOT NULL, summary VARCHAR, category VARCHAR NOT NULL, direction VARCHAR NOT NULL, actors VARCHAR[] NOT NULL, minerals VARCHAR[] NOT NULL, amount_usd DOUBLE, certainty VARCHAR NOT NULL, status VARCHAR NOT NULL, known_on DATE, outcome VARCHAR, "chain" VARCHAR, chain_stage VARCHAR, note VARCHAR, entered_at TIMESTAMP WITH TIME ZONE);
CREATE TABLE base.findings(check_name VARCHAR NOT NULL, severity VARCHAR NOT NULL, symbol VARCHAR, "session" DATE, message VARCHAR NOT NULL, "value" DOUBLE, found_at TIMESTAMP WITH TIME ZONE NOT NULL);
CREATE TABLE base.holdings(symbol VARCHAR NOT NULL, dated_on DATE, holder VARCHAR NOT NULL, kind VARCHAR NOT NULL, amount_usd DOUBLE, "share" DOUBLE, terms VARCHAR, state VARCHAR NOT NULL, state_on DATE, event_id VARCHAR, source_url VARCHAR);
CREATE TABLE base.mentions(document_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, "value" VARCHAR NOT NULL, number DOUBLE, unit VARCHAR, event_id VARCHAR, first_char INTEGER NOT NULL, last_char INTEGER NOT NULL, evidence VARCHAR NOT NULL);
CREATE TABLE base.meta("key" VARCHAR NOT NULL, "value" VARCHAR);
CREATE TABLE base.placebo_bands(study_id INTEGER NOT NULL, event_id VARCHAR NOT NULL, symbol VARCHAR NOT NULL, "day" SMALLINT NOT NULL, lo DOUBLE, hi DOUBLE, draws INTEGER NOT NULL);
CREATE TABLE base.planted_effects(event_id VARCHAR NOT NULL, symbol VARCHAR NOT NULL, "day" SMALLINT NOT NULL, "session" DATE NOT NULL, ar DOUBLE NOT NULL);
CREATE TABLE base.pulls(pull_id INTEGER NOT NULL, run_id INTEGER NOT NULL, symbol VARCHAR NOT NULL, "source" VARCHAR NOT NULL, started_at TIMESTAMP WITH TIME ZONE NOT NULL, finished_at TIMESTAMP WITH TIME ZONE NOT NULL, outcome VARCHAR NOT NULL, kind VARCHAR, reason VARCHAR, attempts INTEGER NOT NULL, whole BOOLEAN NOT NULL, rows_new INTEGER NOT NULL, rows_changed INTEGER NOT NULL, first_session DATE, last_session DATE);
CREATE TABLE base.rankings(as_of DATE NOT NULL, symbol VARCHAR NOT NULL, rank INTEGER NOT NULL, score DOUBLE NOT NULL, reasons VARCHAR[] NOT NULL, rarities DOUBLE[] NOT NULL);
CREATE TABLE base.restatements(security_id INTEGER NOT NULL, "session" DATE NOT NULL, field VARCHAR NOT NULL, old_value DOUBLE, new_value DOUBLE, cause VARCHAR NOT NULL, pull_id INTEGER NOT NULL, old_pulled_at TIMESTAMP WITH TIME ZONE, restated_at TIMESTAMP WITH TIME ZONE NOT NULL);
CREATE TABLE base.runs(run_id INTEGER NOT NULL, command VARCHAR NOT NULL, "source" VARCHAR, as_of DATE, started_at TIMESTAMP WITH TIME ZONE NOT NULL, finished_at TIMESTAMP WITH TIME ZONE, outcome VARCHAR, "version" VARCHAR NOT NULL);
CREATE TABLE base.securities(security_id INTEGER NOT NULL, symbol VARCHAR NOT NULL, "name" VARCHAR NOT NULL, "role" VARCHAR NOT NULL, exchange VARCHAR NOT NULL, calendar VARCHAR NOT NULL, currency VARCHAR NOT NULL, minerals VARCHAR[] NOT NULL, stage VARCHAR, market VARCHAR, sector_factor VARCHAR, valid_from DATE, valid_to DATE, successor VARCHAR, cik VARCHAR, note VARCHAR);
CREATE TABLE base.security_aliases(symbol VARCHAR NOT NULL, alias VARCHAR NOT NULL);
CREATE TABLE base.session_abnormal(symbol VARCHAR NOT NULL, "session" DATE NOT NULL, ret DOUBLE NOT NULL, market VARCHAR NOT NULL, sector VARCHAR, ar_market DOUBLE, se_market DOUBLE, sar_market DOUBLE, observations_market INTEGER, ar_sector DOUBLE, se_sector DOUBLE, sar_sector DOUBLE, observations_sector INTEGER);
CREATE TABLE base.sessions(calendar VARCHAR NOT NULL, "session" DATE NOT NULL, open_at TIMESTAMP WITH TIME ZONE NOT NULL, close_at TIMESTAMP WITH TIME ZONE NOT NULL, early_close BOOLEAN NOT NULL);
CREATE TABLE base.signal_definitions(signal VARCHAR NOT NULL, "position" INTEGER NOT NULL, title VARCHAR NOT NULL, "family" VARCHAR NOT NULL, definition VARCHAR NOT NULL, formula VARCHAR NOT NULL, "source" VARCHAR NOT NULL, parameters JSON NOT NULL, unit VARCHAR NOT NULL, direction VARCHAR NOT NULL, minimum_history INTEGER NOT NULL, "rule" VARCHAR NOT NULL, lies VARCHAR NOT NULL, as_of DATE NOT NULL, symbol_years DOUBLE NOT NULL, alerts INTEGER NOT NULL, alerts_per_year DOUBLE, expected_per_year DOUBLE);
CREATE TABLE base.signal_verdicts(signal VARCHAR NOT NULL, horizon INTEGER NOT NULL, as_of DATE NOT NULL, verdict VARCHAR NOT NULL, ic DOUBLE, t DOUBLE, p DOUBLE, p_adjusted DOUBLE, hit_rate DOUBLE, mean_forward DOUBLE, mde DOUBLE, n INTEGER NOT NULL, detail JSON);
CREATE TABLE base.signals(symbol VARCHAR NOT NULL, "session" DATE NOT NULL, signal VARCHAR NOT NULL, "value" DOUBLE, z DOUBLE, percentile DOUBLE, state VARCHAR NOT NULL);
CREATE TABLE base.studies(study_id INTEGER NOT NULL, "name" VARCHAR NOT NULL, model VARCHAR NOT NULL, headline BOOLEAN NOT NULL, as_of DATE NOT NULL, design JSON NOT NULL, design_hash VARCHAR NOT NULL, events INTEGER NOT NULL, pairs INTEGER NOT NULL, dates INTEGER NOT NULL, dropped INTEGER NOT NULL, warnings VARCHAR[] NOT NULL, "version" VARCHAR NOT NULL);
CREATE TABLE base.study_drops(study_id INTEGER NOT NULL, event_id VARCHAR NOT NULL, symbol VARCHAR NOT NULL, code VARCHAR NOT NULL, reason VARCHAR NOT NULL);
CREATE TABLE base.study_factors(study_id INTEGER NOT NULL, event_id VARCHAR NOT NULL, factor VARCHAR NOT NULL, ar DOUBLE, sar DOUBLE, placebo_p DOUBLE, placebo_floor DOUBLE, treated BOOLEAN NOT NULL, why VARCHAR NOT NULL);
CREATE TABLE base.study_fits(study_id INTEGER NOT NULL, event_id VARCHAR NOT NULL, symbol VARCHAR NOT NULL, day0 DATE NOT NULL, factors VARCHAR[] NOT NULL, alpha DOUBLE, betas DOUBLE[] NOT NULL, sigma DOUBLE NOT NULL, observations INTEGER NOT NULL, masked INTEGER NOT NULL, zero_return_share DOUBLE, zero_volume_share DOUBLE, note VARCHAR);
CREATE TABLE base.study_overlaps(study_id INTEGER NOT NULL, event_id VARCHAR NOT NULL, symbol VARCHAR NOT NULL, other_event_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, sessions_apart INTEGER NOT NULL);
CREATE TABLE base.study_tests(study_id INTEGER NOT NULL, "scope" VARCHAR NOT NULL, "value" VARCHAR NOT NULL, first_day SMALLINT NOT NULL, last_day SMALLINT NOT NULL, test VARCHAR NOT NULL, headline BOOLEAN NOT NULL, n INTEGER NOT NULL, dates INTEGER NOT NULL, estimate DOUBLE, se DOUBLE, statistic DOUBLE, df DOUBLE, p DOUBLE, p_holm DOUBLE, p_bh DOUBLE, r_bar DOUBLE, variance_ratio DOUBLE, mde DOUBLE, share_positive DOUBLE, warning VARCHAR);
INSERT INTO base.meta VALUES ('kind', 'real');
INSERT INTO base.meta VALUES ('schema_version', '7');
INSERT INTO base.securities
    (security_id, symbol, name, role, exchange, calendar, currency, minerals)
VALUES (1, 'MP', 'MP Materials', 'watchlist', 'NYSE', 'XNYS', 'USD', ['rare earths']);
INSERT INTO base.sessions VALUES
    ('XNYS', '2026-01-14', '2026-01-14 14:30:00+00', '2026-01-14 21:00:00+00', false),
    ('XNYS', '2026-01-15', '2026-01-15 14:30:00+00', '2026-01-15 21:00:00+00', false);
INSERT INTO base.bars (security_id, session, open, high, low, close, adj_close, adj_basis, volume,
    dividend, split, source, pull_id, first_pulled_at, pulled_at, final)
VALUES
    (1, '2026-01-14', 58, 60, 57, 58.75, 58.75, 1, 1000, 0, 1, 'yahoo', 1,
     '2026-01-14 23:00:00+00', '2026-01-15 23:00:00+00', true),
    (1, '2026-01-15', 59, 60, 58, 59.5, 59.5, 1, 1100, 0, 1, 'yahoo', 1,
     '2026-01-15 23:00:00+00', '2026-01-15 23:00:00+00', true);
INSERT INTO base.restatements VALUES
    (1, '2026-01-14', 'close', 58.5, 58.75, 'correction', 1, '2026-01-14 23:00:00+00',
     '2026-01-15 23:00:00+00');
