"""Tables, figures, HTML and Excel made from results."""
