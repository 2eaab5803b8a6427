package cluster_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/nats-io/nats-server/v2/server"
)

// serve starts a server of NATS on loopback, and returns its URL.
func serve(t *testing.T, o *server.Options) string {
	t.Helper()
	return "nats://" + begin(t, o).Addr().String()
}

// begin starts a server of NATS on loopback.
func begin(t *testing.T, o *server.Options) *server.Server {
	t.Helper()
	o.Host, o.Port, o.NoSigs, o.NoLog, o.StoreDir = "127.0.0.1", server.RANDOM_PORT, true, true, t.TempDir()
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server has not started")
	}
	return s
}

// certificate returns the configs of a server at 127.0.0.1, and of a client that trusts it.
func certificate(t *testing.T) (forServer, forClient *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "edo"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}

func TestAClientGivesWhatTheServerAsksFor(t *testing.T) {
	forServer, forClient := certificate(t)
	byPassword := serve(t, &server.Options{JetStream: true, Username: "anna", Password: "secret"})
	byToken := serve(t, &server.Options{JetStream: true, Authorization: "token"})
	byTLS := serve(t, &server.Options{JetStream: true, TLS: true, TLSConfig: forServer, TLSTimeout: 10})
	bare := serve(t, &server.Options{})
	for _, c := range []struct {
		name, url string
		client    cluster.Client
		want      string // in the error; "": none
	}{
		{"password", byPassword, cluster.Client{User: "anna", Password: "secret"}, ""},
		{"wrong password", byPassword, cluster.Client{User: "anna", Password: "wrong"}, "Authorization Violation"},
		{"no password", byPassword, cluster.Client{}, "Authorization Violation"},
		{"token", byToken, cluster.Client{Token: "token"}, ""},
		{"wrong token", byToken, cluster.Client{Token: "other"}, "Authorization Violation"},
		{"TLS", byTLS, cluster.Client{TLS: forClient}, ""},
		{"TLS of an unknown authority", byTLS, cluster.Client{}, "certificate"},
		{"TLS to a server without", byToken, cluster.Client{TLS: forClient, Token: "token"}, "secure connection not available"},
		{"no JetStream", bare, cluster.Client{}, "has no JetStream"},
		{"no file of credentials", bare, cluster.Client{CredentialsFile: "/nowhere"}, "nowhere"},
		{"no server", "nats://127.0.0.1:1", cluster.Client{}, "no servers available"},
		{"no URL", "", cluster.Client{}, "the URL is empty"},
		{"an URL that is none", "nats://%", cluster.Client{}, "invalid URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(task *edo.Task) error {
				conn, err := c.client.Connect(task, c.url)
				if c.want == "" {
					if err != nil {
						return err
					}
					if conn.IsBroker() || "nats://"+conn.Address() != c.url {
						t.Errorf("IsBroker = %v, Address = %s", conn.IsBroker(), conn.Address())
					}
					return conn.Close(task)
				}
				if err == nil {
					conn.Drop()
				}
				if err == nil || !strings.HasPrefix(err.Error(), "cluster: ") || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
				return nil
			})
		})
	}
}

// door lets clients of a server in, but for some of them.
type door struct{ refuses, asked atomic.Int32 }

// Check is how the server asks.
func (d *door) Check(server.ClientAuthentication) bool {
	d.asked.Add(1)
	return d.refuses.Add(-1) < 0
}

// The client of NATS gives a server up that has refused it twice: also where the server has been told of the user's new
// password a little later than the program.
func TestAConnIsMadeAgainAfterTheServerHasRefusedIt(t *testing.T) {
	d := &door{}
	o := &server.Options{JetStream: true, CustomClientAuthentication: d}
	s := begin(t, o)
	most := sockets(t) + 2                           // a connection has two ends
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the collector of garbage would close what nothing else closes
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Connect(task, "nats://"+s.Addr().String())
		if err != nil {
			return err
		}
		defer conn.Drop()
		v, err := cluster.NewValue[string](task, conn, "it", cluster.ValueConfig{})
		if err != nil {
			return err
		}
		d.asked.Store(0)
		d.refuses.Store(4)
		conns, err := s.Connz(&server.ConnzOptions{})
		if err != nil {
			return err
		}
		for _, c := range conns.Conns {
			if err := s.DisconnectClientByID(c.Cid); err != nil {
				return err
			}
		}
		if _, err := v.Set(task, "here"); err != nil || d.asked.Load() < 5 {
			t.Errorf("Set = %v, after %d tries", err, d.asked.Load())
		}
		return until(task, func() bool { return sockets(t) <= most }) // none is left of a try that was refused
	})
}

// sockets returns how many sockets the process has open.
func sockets(t *testing.T) (n int) {
	t.Helper()
	for _, to := range descriptors(t) {
		if strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// The client closes its connection for good when a server sends an error that it does not know, and when a program
// calls its Close.
func TestAConnWhoseClientHasClosedEnds(t *testing.T) {
	url := serve(t, &server.Options{JetStream: true})
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Connect(task, url)
		if err != nil {
			return err
		}
		defer conn.Drop()
		q, err := cluster.NewQueue[string](task, conn, "jobs", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		v, err := cluster.NewValue[string](task, conn, "it", cluster.ValueConfig{})
		if err != nil {
			return err
		}
		news, err := v.Watch(task)
		if err != nil {
			return err
		}
		f := cluster.NewFunc[string, string]("wait", cluster.FuncConfig{})
		begun, free := make(chan struct{}), make(chan struct{})
		member, err := cluster.Serve(task, conn, 1, cluster.Offer(f, func(task *edo.Task, _ string) (string, error) {
			close(begun)
			return edo.Blocking(task, func(*edo.Task) (string, error) { <-free; return "", nil }).Await(task)
		}))
		if err != nil {
			return err
		}
		defer member.Drop()
		waits := map[string]*edo.JoinHandle[edo.Unit]{}
		wait := func(what string, fn func(task *edo.Task) error) { waits[what] = edo.Go(task, fn) }
		serving := edo.Go(task, func(task *edo.Task) error { _, err := edo.Await(task, member); return err })
		wait("the call", func(task *edo.Task) error { _, err := cluster.Call(task, conn, f, ""); return err })
		wait("the worker", func(task *edo.Task) error {
			w := cluster.Work(q, 1, func(*edo.Task, *cluster.Job[string]) error { return nil })
			defer w.Drop()
			_, err := edo.Await(task, w)
			return err
		})
		wait("the watch", func(task *edo.Task) error { _, err := news.Recv(task); return err })
		if _, err := edo.Blocking(task, func(*edo.Task) (edo.Unit, error) { <-begun; return edo.Unit{}, nil }).Await(task); err != nil {
			return err
		}
		conn.NATS().Close()
		for what, h := range waits {
			_, err := h.Await(task)
			if isStopped := what == "the worker" && err == nil; !isStopped && !errors.Is(err, cluster.ErrClosed) {
				t.Errorf("%s ends with %v", what, err)
			}
		}
		close(free) // the member waits for its function
		if _, err := serving.Await(task); err != nil && !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("the member ends with %v", err)
		}
		if _, err := v.Set(task, "x"); !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("Set = %v", err)
		}
		return conn.Close(task)
	})
}
