// Lostwake is a cache that clients ask to be filled, and one of which it forgets.
//
//	go run ./examples/lostwake
//
// # The bug
//
// A client that finds the cache empty sends a request to the filler, and then waits until it is
// notified. The filler fills the cache, notifies all that wait, and ignores requests for what is
// filled already. That works with one client. With three, the channel of requests is full, and a
// client waits for room in it. Meanwhile the filler answers the request of another client: the cache
// is full, the notification is over, and the client, which has not waited for it yet, waits for
// ever. A wake that comes between the check and the wait is lost; the simulator finds the order, and
// says who waits for what.
//
// # The fix
//
// The client joins the waiters before it checks: lock.Notify.WaitFuture counts notifications from
// when it is made. To check again in a loop would not do, because no second notification comes.
package main
