"""Reading what is written: companies, dates, amounts, claims, each with the span that shows it.

Rules and data, no language model, no network. Offsets count characters of `Document.text`.
"""
