"""Reports: rows of the public views to typed pages, their JSON twins, HTML, feed and e-mail.

`facts.py` reads the views, once for all pages; each page is made of these rows and of nothing
else, and rendered from its twin, so that page and twin say the same; `site.py` writes them.
"""
