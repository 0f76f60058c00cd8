"""A fake Weibo: the open API, the fans service's pushes, and the public square where citizens post and comment."""
