// Package load is a client that loads an echo server as much as the server can answer: a
// closed loop with a number of connections, and a number of requests of 64 bytes under way
// on each.
//
// The bytes are as they are, or messages of a WebSocket, in frames that are made beforehand.
// Connections with these, or with TLS, can also be made and left idle.
//
// It is one thread with an epoll of its own, and its system calls bypass Go's scheduler,
// so that it uses as little as possible of the processors that it shares with the server.
// It checks every byte of the answers. Linux only.
package load
