"""The model card: data first, rendered last."""
