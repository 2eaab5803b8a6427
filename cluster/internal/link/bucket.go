package link

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// MakeBucket makes a key-value bucket, with a history of 1, unless it is there. One that is there with
// other settings is [jetstream.ErrBucketExists], and is not changed.
//
// Revisions begin at the time of day, in microseconds: so those of a bucket that was deleted, or whose
// disk was lost, and that is made anew are above all that it has given out. The client's own call would
// begin at 1.
func (c *Conn) MakeBucket(ctx context.Context, name string, replicas int, markerTTL time.Duration) error {
	want := jetstream.StreamConfig{
		Name: "KV_" + name, Subjects: []string{"$KV." + name + ".>"}, MaxMsgsPerSubject: 1, MaxBytes: -1, MaxMsgSize: -1, MaxMsgs: -1,
		MaxConsumers: -1, Replicas: replicas, AllowRollup: true, DenyDelete: true, AllowDirect: true, Discard: jetstream.DiscardNew,
		Duplicates: 2 * time.Minute, AllowMsgTTL: markerTTL != 0, SubjectDeleteMarkerTTL: markerTTL,
	}
	for {
		s, err := c.js.Stream(ctx, want.Name)
		if err == nil {
			has := s.CachedInfo().Config
			if has.Replicas != want.Replicas {
				return otherReplicas(has.Replicas, want.Replicas)
			}
			if has.MaxMsgsPerSubject != 1 || has.SubjectDeleteMarkerTTL != markerTTL || has.MaxAge != 0 {
				return jetstream.ErrBucketExists
			}
			return nil
		}
		if !errors.Is(err, jetstream.ErrStreamNotFound) {
			return err
		}
		want.FirstSeq = uint64(time.Now().UnixMicro())
		if _, err = c.js.CreateStream(ctx, want); !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			return err
		} // another program has made it meanwhile
	}
}

// Last is a message that a stream has kept as the last one of its subject.
type Last struct {
	Sequence uint64
	Header   nats.Header
	Data     []byte
}

// LastOf is the question for the last message of a subject, as of a key of a bucket. A stream with
// replicas is asked at its leader: the others answer too, and may be behind.
func LastOf(stream, subject string, hasReplicas bool, on string) Question {
	if !hasReplicas {
		return Question{Subject: "$JS.API.DIRECT.GET." + stream + "." + subject, On: on, From: stream}
	}
	data, _ := json.Marshal(map[string]string{"last_by_subj": subject}) // of two texts
	return Question{Subject: "$JS.API.STREAM.MSG.GET." + stream, Data: data, On: on, From: stream}
}

// ReadLast reads the answer to LastOf, of a replica or of the leader. nil: there is no such message.
func ReadLast(m *nats.Msg) (*Last, error) {
	switch status := m.Header.Get("Status"); {
	case status == "404":
		return nil, nil
	case status != "":
		return nil, fmt.Errorf("cluster: the broker has answered %s %s", status, m.Header.Get("Description"))
	case len(m.Header) > 0:
		sequence, err := strconv.ParseUint(m.Header.Get(jetstream.SequenceHeader), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("cluster: an answer without a number: %w", err)
		}
		return &Last{sequence, m.Header, m.Data}, nil
	}
	var answer struct {
		Error   *jetstream.APIError `json:"error"`
		Message *struct {
			Sequence uint64 `json:"seq"`
			Header   []byte `json:"hdrs"`
			Data     []byte `json:"data"`
		} `json:"message"`
	}
	const noMessage = 10037
	switch err := json.Unmarshal(m.Data, &answer); {
	case err != nil:
		return nil, fmt.Errorf("cluster: an answer that is not one of the broker: %w", err)
	case answer.Error != nil && answer.Error.ErrorCode == noMessage:
		return nil, nil
	case answer.Error != nil:
		return nil, answer.Error
	case answer.Message == nil:
		return nil, errors.New("cluster: an answer without a message")
	}
	var head nats.Header
	if text := answer.Message.Header; len(text) > 0 {
		var err error
		if head, err = nats.DecodeHeadersMsg(text); err != nil {
			return nil, fmt.Errorf("cluster: the headers of a message: %w", err)
		}
	}
	return &Last{answer.Message.Sequence, head, answer.Message.Data}, nil
}
