package main

import (
	"context"
	"fmt"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/remote"
	"github.com/edo-go/edo/console"
)

// frameCame is a frame that has come from the console.
type frameCame struct{ frame *console.Frame }

// connectionLost is why the connection has ended, or could not be made.
type connectionLost struct{ err error }

// pauses are how long follow waits: before it tries to connect again, which is twice as long each time, and for a frame.
type pauses struct{ first, most, silence time.Duration }

// A frame comes each second, unless the program stands still, or the network has lost it without a word.
var usual = pauses{250 * time.Millisecond, 5 * time.Second, 30 * time.Second}

// follow passes on each frame of the console. When the connection ends, or has no frame for long, it says so, and connects anew,
// later and later, until ctx ends.
func follow(ctx context.Context, client *remote.Client, p pauses, tell func(msg any)) {
	for pause := p.first; ; pause = min(2*pause, p.most) {
		reading, cut := context.WithCancelCause(ctx)
		silence := time.AfterFunc(p.silence, func() { cut(fmt.Errorf("no frame has come for %v", p.silence)) })
		err := client.Frames(reading, func(f *console.Frame) {
			silence.Stop()
			pause = p.first
			tell(frameCame{f})
			silence.Reset(p.silence)
		})
		silence.Stop()
		if ctx.Err() != nil {
			cut(nil)
			return
		}
		if cause := context.Cause(reading); cause != nil {
			err = cause
		}
		cut(nil)
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
