package socket

import "github.com/edo-go/edo"

type Conn struct{ inner *int }

//edo:step DialStep
func Dial(task *edo.Task, network, address string) (*Conn, error) { return nil, nil }

//edo:step ReadStep
func (c *Conn) Read(task *edo.Task, p []byte) (int, error) { return 0, nil }
func (c *Conn) Close() error                               { return nil }
func (c *Conn) Drop()                                      {}

type Listener struct{ inner *int }

type Option struct{ inner int }

//edo:nowait
func Listen(s edo.Spawner, network, address string, opts ...Option) (*Listener, error) {
	return nil, nil
}

//edo:step AcceptStep
func (l *Listener) Accept(task *edo.Task) (*Conn, error) { return nil, nil }
func (l *Listener) Close() error                         { return nil }
func (l *Listener) Drop()                                {}
