package tlsconn_test

import (
	"crypto/tls"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// A server writes its ticket before it reads the client's last message, and the client then writes that
// before it reads the ticket: each would wait for the other to read.
func TestHandshakesWithTicketsNeedNoRoom(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		err := sim.Run(1, func(task *edo.Task) error {
			server, client := serverConfig(), clientConfig()
			client.MaxVersion = version
			client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
			for i := range 3 {
				a, b := pair(t, task, 1, server, client)
				wrote := edo.Go(task, func(task *edo.Task) error { _, err := a.Write(task, []byte("x")); return err })
				p := make([]byte, 2)
				if n, err := b.Read(task, p); n != 1 || err != nil {
					t.Errorf("Read = %d, %v", n, err)
				}
				if _, err := wrote.Await(task); err != nil {
					return err
				}
				if b.ConnectionState().DidResume != (i > 0) {
					t.Errorf("%x: connection %d: resumed %v", version, i, i == 0)
				}
				a.Close()
				b.Close()
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
