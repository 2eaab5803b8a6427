package unclosed

import (
	"go/types"
	"strings"

	"github.com/edo-go/edo/vet/internal/api"
)

// A kind is a type of things that are to be closed.
type kind struct {
	what     string // in reports
	close    string // the method that a report names
	harm     string // what happens without it
	harmless string // methods that neither close it nor hand it on, between spaces
	defers   bool   // a deferred close is the fix
}

const (
	senderMethods = " Send TrySend SendTimeout SendBy Clone Len Cap MaxCap IsClosed IsEmpty IsFull Closed SameChannel StrongCount WeakCount " +
		"SenderCount ReceiverCount Subscribe Reserve TryReserve ReserveMany TryReserveMany Downgrade "
	connMethods = " Read Write ReadAll ReadFull WriteAll Peek LocalAddr RemoteAddr SetDeadline SetReadDeadline SetWriteDeadline SetIdle " +
		"SetNoDelay SetKeepAlive SetLinger CloseWrite ReadFrom WriteTo "
	receiverWaits = "its receiver waits for ever"
)

// kinds are the types, by path and name below edo.
var kinds = map[string]kind{
	"mpsc.Sender":       {"the sender", "Close", receiverWaits, senderMethods, false},
	"mpmc.Sender":       {"the sender", "Close", receiverWaits, senderMethods, false},
	"broadcast.Sender":  {"the sender", "Close", "its receivers wait for ever", senderMethods, false},
	"oneshot.Sender":    {"the sender", "Close", receiverWaits, " IsClosed Closed ", false},
	"mpsc.Permit":       {"the permit", "Drop", "its place in the channel is lost", "  ", false},
	"mpmc.Permit":       {"the permit", "Drop", "its place in the channel is lost", "  ", false},
	"mpsc.Permits":      {"the permits", "Drop", "their places in the channel are lost", " Send Len ", true},
	"mpmc.Permits":      {"the permits", "Drop", "their places in the channel are lost", " Send Len ", true},
	"socket.Conn":       {"the connection", "Close", "the other side does not learn of its end", connMethods, true},
	"socket.PacketConn": {"the connection", "Close", "its port stays in use", connMethods, true},
	"socket.Listener":   {"the listener", "Close", "its port stays in use", " Accept Addr ", true},
}

// kindOf returns the kind of a type, if it has one.
func kindOf(t types.Type) (kind, bool) {
	named := api.Pointee(t)
	if named == nil || named.Obj().Pkg() == nil {
		return kind{}, false
	}
	k, ok := kinds[strings.TrimPrefix(named.Obj().Pkg().Path(), api.Root+"/")+"."+named.Obj().Name()]
	return k, ok
}
