"""What is done with a pack after training: rebuild it, promote it, sign it off, let its lists expire."""
