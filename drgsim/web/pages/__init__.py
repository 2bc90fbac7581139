"""The pages for people: server-made HTML, small scripts that can be read by hand, nothing to build."""
