// Package window gathers the values of a stream by time, into windows.
//
// A [Shape] says which windows there are: [Tumbling] ones lie side by side, [Sliding] ones
// overlap, [Session] ones last while values come. A [Fold] says what becomes of the values of a
// window: their number, a slice of them, or what a program adds up. [ByClock] puts a value into
// the windows of the time at which it arrives, and [ByEvent] of the time that it carries.
//
//	perSecond := window.ByClock(requests, window.Tumbling(time.Second), window.Count[request]())
//	for w, err := range stream.All(task, perSecond) {
//		fmt.Println(w.Start, w.Value)
//	}
//
// # Model
//
// A window is the half-open span from Start to End, both multiples of the shape's step since
// 1970. A window that has no values is not given. Windows are given in the order of their ends.
// At the end of the source the open ones are given at once, and an error of the source passes
// them: it is an item of its own.
//
// # Late values
//
// With [ByEvent] values come out of order. The watermark is the greatest time of a value so far,
// less the lateness. A window is given when the watermark has reached its end. A value whose
// windows have all been given is a [*LateError], an error item that has the value: none is lost
// in silence.
//
// # Ownership and cost
//
// The fold owns the values, and the stream the accumulators of the open windows, which it drops
// when it is dropped. With overlapping windows a value is added to several accumulators, so these
// share it, and nothing is dropped. A value costs a look at the open windows, in general at one,
// and no allocation but those of the fold. The memory is one accumulator for each open window.
//
// # When not to use it
//
// Chunks of a number of values, or of what has come within a time, need no windows: see
// [github.com/edo-go/edo/stream.Chunks] and ChunksTimeout.
package window
