package main

import "github.com/edo-go/edo"

// discard is a writer that takes everything and keeps nothing: how much a
// connection sends is counted without having it all in memory.
type discard struct{}

func (discard) PollWrite(_ *edo.Context, p []byte) (int, edo.Poll, error) {
	return len(p), edo.Ready, nil
}

func (discard) PollFlush(*edo.Context) (edo.Poll, error)    { return edo.Ready, nil }
func (discard) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }
