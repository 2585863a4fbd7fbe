"""Charts: frames in, Plotly figures out. The only importer of Plotly."""
