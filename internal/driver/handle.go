package driver

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/origin"
)

// A Handle is the beginning of what a program has of a connection, a socket.Conn: a pointer
// to it keeps the whole alive.
type Handle struct{ Inner Conn }

// Notes is what package socket keeps of a connection, in four bytes of the driver's object.
//
//	bits 0-1   whose turn it is to write; see turn.go of package socket
//	bits 2-31  where it was made; set before other goroutines have the connection
type Notes struct{ word atomic.Uint32 }

const turnBits = 3

// Turn returns whose turn it is to write.
func (n *Notes) Turn() uint32 { return n.word.Load() & turnBits }

// ChangeTurn makes the turn to, and returns true, if it is from.
func (n *Notes) ChangeTurn(from, to uint32) bool {
	place := n.word.Load() &^ turnBits // does not change
	return n.word.CompareAndSwap(place|from, place|to)
}

// SetTurn makes the turn to, and returns what it was.
func (n *Notes) SetTurn(to uint32) (before uint32) {
	place := n.word.Load() &^ turnBits
	return n.word.Swap(place|to) & turnBits
}

// SetPlace keeps where the connection was made. A place that does not fit, in a program of
// more than 500 MB of code, is none.
func (n *Notes) SetPlace(s origin.Short) {
	if s<<2>>2 == s {
		n.word.Store(uint32(s) << 2)
	}
}

// Place returns where the connection was made.
func (n *Notes) Place() origin.Short { return origin.Short(int32(n.word.Load()) >> 2) }
