"""Tables: the contract, loading, approval, and the history made from them."""
