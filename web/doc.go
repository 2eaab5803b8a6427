// Package web has WebSockets (RFC 6455) for tasks, over any connection and without a goroutine.
//
// A [Conn] is a stream and a sink of messages:
//
//	var acceptor web.Acceptor
//
//	func serve(task *edo.Task, tcp *socket.Conn) error {
//		conn, err := acceptor.Accept(task, tcp)
//		if err != nil {
//			return err
//		}
//		err = echo(task, conn)
//		conn.Close(task, web.CodeNormal, "") // it drops the connection
//		return err
//	}
//
//	func echo(task *edo.Task, conn *web.Conn) error {
//		for {
//			m, err := conn.Recv(task)
//			if err != nil {
//				return err // io.EOF when the client has closed
//			}
//			if err := conn.Send(task, m); err != nil {
//				return err
//			}
//		}
//	}
//
// The ways to get one are
//
//	Acceptor.Accept   a server, over a connection of socket, tlsconn or aio.Duplex
//	Upgrade           a handler of net/http, over a listener of aio.NetListener
//	Dial              a client, for ws:// and wss://
//	Dialer.Connect    a client, over a connection that is there
//
// It answers pings, checks every rule of the RFC that concerns a receiver, and closes with the
// code that the RFC has for what was broken. Messages are compressed only on request: see the
// field Compress of [Acceptor].
// Frames and the server's side of the handshake are those of github.com/gobwas/ws.
//
// # The end of a server
//
// A task that is cancelled gets [edo.ErrCancelled] from Recv and Send, and a Close in it sends
// nothing. It says goodbye in [edo.Shielded], where waits go on; Close has a time limit of its own:
//
//	err = echo(task, conn)
//	code := web.CodeNormal
//	if errors.Is(err, edo.ErrCancelled) {
//		code = web.CodeGoingAway
//	}
//	edo.Shielded(task, func(task *edo.Task) error { return conn.Close(task, code, "") })
//
// So all clients are told 1001 when the runtime shuts down, at the second Ctrl-C of
// [edo.WithSignals], and when a token of package cancel ends the tasks that were spawned with
// cancel.By. A server that ends at the first Ctrl-C has such a token, which the main function
// cancels: see examples/chat.
//
// # Pages that were left
//
// A browser keeps a page that was left, for the way back, and its WebSocket stays open: it answers
// pings and takes messages, of which no script hears. When the page is shown again the WebSocket is
// lost. So an idle limit does not find such a page. A page with the header Cache-Control: no-store
// is not kept, and the server gets [CodeGoingAway] when it is left; or the script of the page sends
// a message now and then.
//
// # Cost
//
// An idle Conn is 160 bytes besides its connection and its task: 64 of its own, and 96 of package
// codec. A subprotocol, a peer that does not read, and the end of a connection take 64 more. Buffers
// come from a pool and go back as soon as they are empty. Of a frame or a message that has not come
// whole a Conn holds as much as has come, up to a third more, and some 200 bytes.
//
// A message that is received is one allocation, and belongs to the receiver; one that is compressed,
// or comes in fragments, is some more. Sending copies the message once and allocates nothing, unless
// it is longer than 16 KiB. Neither takes a lock of the Conn, besides those of package codec.
//
// # When not to use it
//
// Messages are held whole in memory. For uploads use HTTP. Over HTTP/2 there is no upgrade.
package web
