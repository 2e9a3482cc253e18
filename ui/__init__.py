"""What the pages share and only they use: the frame of a page, cached loaders, charts."""
