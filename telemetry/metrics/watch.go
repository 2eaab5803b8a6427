package metrics

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"unicode/utf8"
)

// MaxWatched is how many channels at a time [Watch] and [WatchChannel] take.
const MaxWatched = 500

// noLimit is less than what Cap of a channel without a limit returns, whatever permits are out.
const noLimit = math.MaxInt / 2

// Channel is a channel of edo, by its sender or its receiver: those of packages mpsc, mpmc and broadcast.
type Channel interface {
	Len() int // values in it
	Cap() int // values that it has room for; math.MaxInt: it has no limit
}

// WatchChannel adds the depth and the capacity of a channel to the numbers of the process, as
// edo.channel.depth and edo.channel.capacity with the label channel. It keeps c until stop is called,
// so that a handle which is forgotten meanwhile is not found: call stop where the channel is closed.
// Nothing is added to sending and receiving. Otherwise it is [Watch].
func WatchChannel(name string, c Channel) (stop func(), err error) {
	return watch(name, c.Len, c.Cap)
}

// Watch adds a depth to the numbers of the process, as edo.channel.depth with the label channel: of a
// channel of Go, or of a queue that edo does not know. depth is called at each read, on a goroutine of
// its own, and not before the last call has returned. When it panics, or does not return within 100 ms,
// this number is left out and edo.watch.errors grows.
//
// name is up to 120 bytes of UTF-8, and no other channel has it. stop ends the watching, and may be
// called twice. Any goroutine may call both.
func Watch(name string, depth func() int) (stop func(), err error) { return watch(name, depth, nil) }

func watch(name string, depth, capacity func() int) (stop func(), err error) {
	switch {
	case name == "":
		return nil, errors.New("metrics: the name of a watched channel is empty")
	case len(name) > longClass:
		return nil, fmt.Errorf("metrics: the name of a watched channel has %d bytes: at most %d", len(name), longClass)
	case !utf8.ValidString(name):
		return nil, fmt.Errorf("metrics: the name %q of a watched channel is not UTF-8", name)
	}
	watching.Lock()
	defer watching.Unlock()
	switch {
	case watched[name] != nil:
		return nil, fmt.Errorf("metrics: another channel is watched as %q", name)
	case len(watched) == MaxWatched:
		return nil, fmt.Errorf("metrics: %d channels are watched already: %q is not", MaxWatched, name)
	}
	c := &aside{fn: func() []Point {
		labels := []string{name}
		points := []Point{{channelDepth, labels, float64(depth())}}
		if capacity != nil {
			if n := capacity(); n < noLimit {
				points = append(points, Point{channelCapacity, labels, float64(n)})
			}
		}
		return points
	}}
	watched[name] = c
	return func() {
		watching.Lock()
		defer watching.Unlock()
		if watched[name] == c {
			delete(watched, name)
		}
	}, nil
}

var (
	watching sync.Mutex // guards the following; no code of the program runs with it
	watched  = map[string]*aside{}
)

// allWatched returns the channels, by name.
func allWatched() (all []*aside) {
	watching.Lock()
	defer watching.Unlock()
	for _, name := range slices.Sorted(maps.Keys(watched)) {
		all = append(all, watched[name])
	}
	return all
}
