package web

import (
	"math"
)

// Limits are those of what a connection receives. The zero Limits are the default.
type Limits struct {
	// Message is the longest message, in bytes, of all its fragments. 0 stands for 1 MiB. A
	// longer one ends the connection with [CodeTooBig].
	Message int
	// Frame is the longest frame, in bytes. 0 stands for the longest message.
	Frame int
}

const defaultMessage = 1 << 20

func (l *Limits) maxMessage() int {
	if l.Message <= 0 {
		return defaultMessage
	}
	return min(l.Message, math.MaxInt-64)
}

func (l *Limits) maxFrame() int {
	if l.Frame <= 0 {
		return l.maxMessage()
	}
	return min(l.Frame, math.MaxInt-64)
}
