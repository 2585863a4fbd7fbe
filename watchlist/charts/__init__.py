"""Charts: columns in (frames or lists), Plotly figures out. The only importer of Plotly.

Pure: no file, network or clock. `style.py` holds the one look and what a figure is here.
"""
