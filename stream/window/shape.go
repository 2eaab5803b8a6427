package window

import (
	"errors"
	"time"
)

// Shape says which windows there are. [Tumbling], [Sliding] and [Session] make one.
type Shape struct {
	size  int64 // of a session: the gap that ends it
	every int64 // from start to start; 0: sessions
	err   error
}

var errShape = errors.New("window: the times of a shape must be above zero, and a step no longer than its window")

// Tumbling returns a shape of windows side by side, each of the given size: a value is in one.
//
//	s         12-3-----4--5-----|
//	Tumbling  -----[123][4]--[5]|
func Tumbling(size time.Duration) Shape { return Sliding(size, size) }

// Sliding returns a shape of windows of the given size, one of which begins at each multiple of
// every: a value is in size/every of them.
//
//	s        1----2----------3-------|
//	Sliding  -----[1]--[12]-[2]--[3]-([3]|)
func Sliding(size, every time.Duration) Shape {
	s := Shape{size: int64(size), every: int64(every)}
	if size <= 0 || every <= 0 || every > size {
		s.err = errShape
	}
	return s
}

// Session returns a shape of windows that last while values come: a window ends when there was
// no value for gap, and its End is gap after its last value.
//
//	s        1-2-3---------4--5--------|
//	Session  --------[123]--------[45]-|
func Session(gap time.Duration) Shape {
	s := Shape{size: int64(gap)}
	if gap <= 0 {
		s.err = errShape
	}
	return s
}

func (s Shape) overlaps() bool { return s.every != 0 && s.every < s.size }

// firstStart returns the start of the first window that has the instant at.
func (s Shape) firstStart(at int64) int64 {
	last := at - mod(at, s.every)
	return last - (s.size-1-(at-last))/s.every*s.every
}

// mod is the remainder that is not negative.
func mod(a, b int64) int64 {
	if a %= b; a < 0 {
		a += b
	}
	return a
}
