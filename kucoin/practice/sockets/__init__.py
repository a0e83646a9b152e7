"""The sockets of both hosts: who may listen, what can be listened to, and what is told when.

A command's pushes leave after what it changed is on disk, in the order in which it happened. Frames are encoded once
for each topic and handed to all who listen to it.
"""
