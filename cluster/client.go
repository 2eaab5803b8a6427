package cluster

import (
	"context"
	"crypto/tls"
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
)

// A Client connects to a broker at a URL. The zero Client is ready. Any number of tasks may use
// it; the fields must not change meanwhile.
type Client struct {
	// TLS makes the connection one of TLS, whatever the scheme of the URL. nil: TLS is used when
	// the scheme is tls, or when the server demands it.
	TLS *tls.Config
	// Token, or User and Password, or a CredentialsFile are what the server asks for.
	Token           string
	User, Password  string
	CredentialsFile string
	// Name is that of the program, which the server shows among its connections.
	Name string
}

// Connect connects to a URL by the zero [Client].
//
//edo:step ConnectStep
func Connect(task *edo.Task, url string) (*Conn, error) { return new(Client).Connect(task, url) }

// ConnectStep is the step form of [Connect].
func ConnectStep(task *edo.Task, st *edo.Step, url string) (done bool, c *Conn, err error) {
	return new(Client).ConnectStep(task, st, url)
}

// Connect connects to a NATS server with JetStream, or to a cluster of them: to the URLs
// "nats://host:4222,nats://other:4222" in turn. The first connection is tried once: when no server is
// there, that is an error at once. Servers that are there, and have not agreed on a leader yet, are waited
// for, up to ten seconds. After that a lost connection is made again.
//
//edo:step ConnectStep
func (c *Client) Connect(task *edo.Task, url string) (*Conn, error) {
	tell := onErrorOf(task)
	return edo.Call(task, func(ctx context.Context) (*Conn, error) { return c.connect(ctx, url, tell) })
}

// ConnectStep is the step form of [Client.Connect].
func (c *Client) ConnectStep(task *edo.Task, st *edo.Step, url string) (done bool, conn *Conn, err error) {
	tell := onErrorOf(task)
	return edo.CallStep(task, st, func(ctx context.Context) (*Conn, error) { return c.connect(ctx, url, tell) })
}

func (c *Client) connect(ctx context.Context, url string, tell func(error)) (*Conn, error) {
	if url == "" {
		return nil, errors.New("cluster: the URL is empty: Open has a broker in the process")
	}
	options := []nats.Option{nats.Name(c.Name)}
	if c.TLS != nil {
		options = append(options, nats.Secure(c.TLS))
	}
	if c.Token != "" {
		options = append(options, nats.Token(c.Token))
	}
	if c.User != "" {
		options = append(options, nats.UserInfo(c.User, c.Password))
	}
	if c.CredentialsFile != "" {
		options = append(options, nats.UserCredentials(c.CredentialsFile))
	}
	conn, err := link.Open(ctx, url, options)
	if err != nil {
		return nil, err
	}
	tellAway(conn, AwayError{Server: conn.NATS().ConnectedAddr()}, tell)
	return (*Conn)(conn), nil
}
