// Package remote calls functions in other processes, and serves such calls. Types are bytes here:
// package cluster has the codecs.
//
// A call is a message to a subject that all members which offer the function share; the broker gives it
// to one of them. Nothing is stored, so that a call is made at most once. What comes back goes to a
// subject of the call's own, or if it is an outcome to one for all calls of the caller, in a subscription that all
// calls of a connection share:
//
//	caller                                member
//	  call ───────────────────────────────▶        one of those that offer the function
//	        ◀──────────────────────── taken        or busy, or no one has heard it; not for a function
//	                                               that does not wait
//	  ping ───────────────────────────────▶        each second, while it has calls of this caller
//	        ◀───────────────────────── pong
//	        ◀─────────────────────── outcome       kept until it is confirmed, and sent again
//	 confirm ─────────────────────────────▶        of many outcomes: see sent.go
//	 abort ───────────────────────────────▶        repeated until it is answered
//
// So a call whose function does not wait costs two messages, and some part of a third. What most messages
// have in common is left out of them: without a header a call is encoded in JSON, and an outcome is a value.
//
// A call that is stored is a job of a queue instead, which gives it to a member; the rest is the same, but
// that its outcome is confirmed by itself.
//
// Messages are lost when the connection of either side breaks. Then:
//
//   - A call that was sent, and of which no member has said that it has taken it, may have been taken. A
//     member says so again when its connection is back. If none does, the call is lost: after its patience,
//     or sooner when the broker has known of no member that offers the function for [goneAfter].
//   - A member that does not answer for the patience of a call has lost it, and one of which the broker
//     has known no connection for [goneAfter].
//   - A member aborts the calls of a caller of which it hears nothing for the patience with callers. After
//     two seconds of silence it asks the caller. If the broker knows no connection of it, or it knows of no
//     call there, for [goneAfter], that is enough.
//   - A member gives an outcome up that no caller has heard for the patience with callers. A caller that
//     was away asks whether its calls are still there.
//   - The caller answers taken, for a call that it does not know any more, with an abort.
//
// Programs of different versions share a broker. The number of the format of messages, [Format], is a part
// of the subject of calls, and of the name of the queue of those that are stored: so a call goes only to
// members that understand it. A caller that finds none asks which versions are offered, and says its format
// there; a member of another one answers, and each of the two sides says what it has seen: the caller by
// its error, and the member by what it waits for in a report.
package remote

// Headers of the messages.
const (
	headKind   = "Edo-Kind"
	headMember = "Edo-Member" // the id of a member
	headHost   = "Edo-Host"   // where it runs
	headLimit  = "Edo-Limit"  // how long the call may take, in nanoseconds
	headCodec  = "Edo-Codec"  // of the argument; "": usualCodec
	headFormat = "Edo-Format" // of the sender's messages, where it asks for offers, or answers
)

// usualCodec is the codec of a call that names none.
const usualCodec = "json"

// Kinds of messages.
const (
	kindTaken   = "taken"
	kindBusy    = "busy"
	kindPing    = "ping"
	kindAbort   = "abort"
	kindHas     = "has"     // the caller was away, and asks whether the member still has a call
	kindNone    = "none"    // the caller knows of no call of its own at the member
	kindConfirm = "confirm" // the caller has outcomes

	// Outcomes.
	KindValue = ""      // it has no header
	KindError = "error" // the text of an error of the function
	KindPanic = "panic" // the value and the stack of a panic, as JSON
	KindLate  = "late"  // its time was over
	KindGone  = "gone"  // the member has given it up
)

// PanicText is the body of an outcome of KindPanic.
type PanicText struct {
	Value string `json:"value"`
	Stack string `json:"stack"`
}
