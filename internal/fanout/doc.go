// Package fanout is the common part of channels with several receivers: handles to send
// with, each of which is closed on its own; receivers, of which there may be none; the
// tasks that wait for a value, all of which are woken at once; and the tasks that wait
// until there is no receiver.
//
// A [Hub] is the part of a channel that knows nothing of its values. The channel embeds it,
// and guards its own fields by the lock of the hub. A send stores its value and removes the
// waiting tasks in one critical section, and wakes them after it:
//
//	c.Mu.Lock()
//	…                      // store the value
//	var batch fanout.Batch // on the stack
//	c.Waiting.MoveAll(&batch)
//	c.Mu.Unlock()
//	c.WakeBatch(cx, &batch)
//
// # Cost
//
// To move all waiting tasks into a batch is a few loads and stores under the lock,
// however many they are. To wake them is linear, without the lock, and allocates nothing
// from the second time on.
//
// # When not to use it
//
// A [Set] wakes all its tasks. Where one of several waiters is chosen (for a slot, a
// permit, a lock) there is package waiters.
package fanout
