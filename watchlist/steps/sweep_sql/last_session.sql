SELECT max(session) FROM bars WHERE symbol = $market AND final
