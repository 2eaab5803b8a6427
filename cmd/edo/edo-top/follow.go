package main

import (
	"context"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/remote"
	"github.com/edo-go/edo/console"
)

// frameCame is a frame that has come from the console.
type frameCame struct{ frame *console.Frame }

// connectionLost is why the connection has ended, or could not be made.
type connectionLost struct{ err error }

// pauses are those before the next try to connect: each is twice as long as the one before.
type pauses struct{ first, most time.Duration }

var usual = pauses{250 * time.Millisecond, 5 * time.Second}

// follow passes on each frame of the console. When the connection ends it says so, and connects anew, later and later, until ctx
// ends.
func follow(ctx context.Context, client *remote.Client, p pauses, tell func(msg any)) {
	for pause := p.first; ; pause = min(2*pause, p.most) {
		err := client.Frames(ctx, func(f *console.Frame) {
			pause = p.first
			tell(frameCame{f})
		})
		if ctx.Err() != nil {
			return
		}
		tell(connectionLost{err})
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}
