"""From facts to pages: contexts (the JSON twins), HTML, feed, index, Markdown and e-mail.

Pure: rows in, text out. No clock, network, database or print; `steps/report.py` reads the store
and writes the files. A context is a plain dict of JSON values. The page is rendered from it and
from nothing else, so that page and twin say the same.
"""
