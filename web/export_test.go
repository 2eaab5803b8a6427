package web

import (
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
)

// ServerOver and ClientOver return the sides of a connection after its handshake.
func ServerOver(inner aio.ReadWriter, limits Limits) *Conn {
	return newConn(codec.Parts{IO: inner}, false, &limits, "")
}

func ClientOver(inner aio.ReadWriter, limits Limits) *Conn {
	return newConn(codec.Parts{IO: inner}, true, &limits, "")
}
