package main

import (
	"fmt"

	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/examples/raft/kv"
	"github.com/edo-go/edo/examples/raft/wire"
)

// A connection has frames. The first byte of one that a server receives says what it is.
const (
	helloFrame   = iota + 1 // the first one of another server: its ID and its address
	messageFrame            // a consensus.Message
	requestFrame            // of a client: the answer comes back on the connection, a response
)

// request is what a client asks for.
type request struct {
	Action  action
	Command kv.Command       // of write
	Key     string           // of read
	Member  consensus.Member // of addServer, removeServer and handOver
}

type action uint8

const (
	write action = iota
	read
	addServer
	removeServer
	status   // of this server, whether it leads or not
	handOver // the leadership, to the member: done says that this has begun
)

// response is the answer.
type response struct {
	Code   code
	Leader string // of notLeader: the address of the leader, if it is known
	Why    string // of refused

	Result kv.Result        // of write
	Value  string           // of read
	Status consensus.Status // of status
}

type code uint8

const (
	done      code = iota
	notLeader      // nothing was done: another server must be asked
	again          // it was done or was not, or has to wait: the client asks again
	refused        // it cannot be done
)

// appendRequest appends a frame.
func appendRequest(b []byte, r request) []byte {
	b = append(b, requestFrame, byte(r.Action))
	switch r.Action {
	case write:
		b = wire.AppendBytes(b, kv.AppendCommand(nil, r.Command))
	case read:
		b = wire.AppendText(b, r.Key)
	case addServer, removeServer, handOver:
		b = wire.AppendMembers(b, []consensus.Member{r.Member})
	}
	return b
}

// parseRequest reads what follows the first byte of the frame.
func parseRequest(r *wire.Reader) (q request, err error) {
	q.Action = action(r.Byte())
	switch q.Action {
	case write:
		q.Command, err = kv.ParseCommand(r.Bytes())
	case read:
		q.Key = r.Text()
	case addServer, removeServer, handOver:
		members := r.Members()
		if len(members) != 1 {
			return request{}, wire.ErrMalformed
		}
		q.Member = members[0]
	case status:
	default:
		return request{}, wire.ErrMalformed
	}
	if err == nil {
		err = r.End()
	}
	return q, err
}

func appendResponse(b []byte, r response) []byte {
	b = append(b, byte(r.Code))
	b = wire.AppendText(b, r.Leader)
	b = wire.AppendText(b, r.Why)
	b = append(b, byte(r.Result.Outcome))
	b = wire.AppendUint(b, r.Result.Session)
	b = wire.AppendBool(b, r.Result.IsDone)
	b = wire.AppendText(b, r.Value)
	s := r.Status
	b = append(b, byte(s.Role))
	for _, v := range []uint64{uint64(s.ID), uint64(s.Term), uint64(s.Leader), uint64(s.Commit), uint64(s.Last), uint64(s.Base)} {
		b = wire.AppendUint(b, v)
	}
	return wire.AppendMembers(b, s.Members)
}

func parseResponse(b []byte) (response, error) {
	r := wire.NewReader(b)
	p := response{
		Code: code(r.Byte()), Leader: r.Text(), Why: r.Text(),
		Result: kv.Result{Outcome: kv.Outcome(r.Byte()), Session: r.Uint(), IsDone: r.Bool()},
		Value:  r.Text(),
		Status: consensus.Status{
			Role: consensus.Role(r.Byte()), ID: consensus.ID(r.Uint()), Term: consensus.Term(r.Uint()), Leader: consensus.ID(r.Uint()),
			Commit: consensus.Index(r.Uint()), Last: consensus.Index(r.Uint()), Base: consensus.Index(r.Uint()), Members: r.Members(),
		},
	}
	if p.Code > refused {
		return response{}, wire.ErrMalformed
	}
	return p, r.End()
}

// String says what was asked for.
func (r request) String() string {
	switch r.Action {
	case write:
		return fmt.Sprintf("write %+v", r.Command)
	case read:
		return fmt.Sprintf("read %q", r.Key)
	case addServer:
		return fmt.Sprintf("add server %d", r.Member.ID)
	case removeServer:
		return fmt.Sprintf("remove server %d", r.Member.ID)
	case handOver:
		return fmt.Sprintf("hand over to server %d", r.Member.ID)
	}
	return "status"
}
