// Package fanout is what channels with several receivers have in common: handles to
// send with, each of which ends on its own; receivers, of which there may be none;
// the tasks that wait for news, all of which are woken at once; and those that wait
// until nobody receives.
//
// A [Hub] is the part of a channel that knows nothing of its values. The channel
// embeds it, guards its own fields by the lock of the hub, and does under one lock
// what belongs together:
//
//	c.Mu.Lock()
//	…                    // the value
//	var herd fanout.Herd // on the stack
//	c.Waiting.Take(&herd)
//	c.Mu.Unlock()
//	c.Wake(cx, &herd)
//
// # Cost
//
// To take everybody who waits is a few loads and stores under the lock, however many
// they are. To wake them is linear, without the lock, and allocates nothing from the
// second time on.
//
// # When not to use it
//
// Where one waiter is chosen among several (a slot, a permit, a lock) there is a
// line, and a [Set] is the wrong thing.
package fanout
