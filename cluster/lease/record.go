package lease

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// markerTTL is how long the broker remembers that a lease has ended.
const markerTTL = time.Second

// Headers of the broker.
const (
	headTTL       = "Nats-TTL"
	headExpected  = "Nats-Expected-Last-Subject-Sequence"
	headOperation = "KV-Operation"
	headMarker    = "Nats-Marker-Reason"
	headRollup    = "Nats-Rollup"
)

// wrongLast is the broker's code for a key that has another revision than was expected.
const wrongLast jetstream.ErrorCode = 10071

// record is the value of the key of a lease.
type record struct {
	ID     string `json:"id"`              // of the acquisition; "": there is no lease
	Serial uint64 `json:"serial"`          // of the sign of life; 0: the acquisition
	Token  uint64 `json:"token,omitempty"` // the revision of the acquisition, in what follows it
	Holder string `json:"holder"`

	revision uint64 // of the key; 0: the key is not there
}

// token is that of the lease.
func (r *record) token() uint64 {
	if r.Token != 0 {
		return r.Token
	}
	return r.revision
}

// lookAt is the question for the key.
func (k *keeper) lookAt(key, on string) link.Question {
	return link.LastOf("KV_"+k.bucket, k.subject(key), k.hasReplicas.Load(), on)
}

// subject is that of the key.
func (k *keeper) subject(key string) string { return "$KV." + k.bucket + "." + key }

// write is the message that makes r the value of the key, if its revision is the one that is
// expected. It is sent once: a second one would find the revision of the first.
func (k *keeper) write(key string, r record, expected uint64, ttl time.Duration, on string) link.Question {
	data, _ := json.Marshal(r) // of two numbers and two texts
	return link.Question{
		Subject: k.subject(key), Data: data, On: on, Stream: "KV_" + k.bucket, Once: true,
		Header: nats.Header{headTTL: {strconv.Itoa(int(ttl / time.Second))}, headExpected: {strconv.FormatUint(expected, 10)}},
	}
}

// remove is the message that ends what has the revision. It may be sent twice: the second one changes
// nothing.
func (k *keeper) remove(key string, revision uint64, on string) link.Question {
	return link.Question{
		Subject: k.subject(key), On: on, Stream: "KV_" + k.bucket,
		Header: nats.Header{
			headOperation: {"PURGE"}, headRollup: {"sub"}, headTTL: {strconv.Itoa(int(markerTTL / time.Second))},
			headExpected: {strconv.FormatUint(revision, 10)},
		},
	}
}

// found reads the answer to lookAt.
func found(m *nats.Msg) (record, error) {
	last, err := link.ReadLast(m)
	if last == nil || err != nil {
		return record{}, err
	}
	if last.Header.Get(headOperation) != "" || last.Header.Get(headMarker) != "" { // it was ended, or has expired
		return record{revision: last.Sequence}, nil
	}
	return parse(last.Data, last.Sequence), nil
}

// parse reads the value of a key. One that is not ours is a lease of a stranger.
func parse(data []byte, revision uint64) record {
	r := record{}
	if json.Unmarshal(data, &r) != nil || r.ID == "" {
		r = record{ID: "?", Holder: fmt.Sprintf("a program that writes %.40q", data)}
	}
	r.revision = revision
	return r
}
