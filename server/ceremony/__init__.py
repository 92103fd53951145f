"""远程面签: the room, its participants, its recording and the signing in it."""
