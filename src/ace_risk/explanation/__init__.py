"""Exact contributions and the reasons made from them."""
