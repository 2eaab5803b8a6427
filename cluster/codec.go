package cluster

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// A Codec turns values into bytes and back. The name travels with each message: a receiver with
// another codec says so, and does not guess.
type Codec interface {
	// Name is a word: "json".
	Name() string
	// Marshal returns v as bytes. It is called by many tasks at a time, in their polls.
	Marshal(v any) ([]byte, error)
	// Unmarshal sets what v points to, a variable of the type of a queue.
	Unmarshal(data []byte, v any) error
}

// JSON is the codec of package encoding/json, and the one that is used when none is given.
var JSON Codec = jsonCodec{}

type jsonCodec struct{}

func (jsonCodec) Name() string                       { return "json" }
func (jsonCodec) Marshal(v any) ([]byte, error)      { return json.Marshal(v) }
func (jsonCodec) Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }

// Protobuf returns the codec of protocol buffers, for queues of pointers to messages. It takes the
// two functions of google.golang.org/protobuf/proto, on which this module does not depend:
//
//	codec := cluster.Protobuf(proto.Marshal, proto.Unmarshal)
//
// M is the interface that all messages have, proto.Message.
func Protobuf[M any](marshal func(m M) ([]byte, error), unmarshal func(data []byte, m M) error) Codec {
	return &protobuf[M]{marshal, unmarshal}
}

type protobuf[M any] struct {
	marshal   func(m M) ([]byte, error)
	unmarshal func(data []byte, m M) error
}

func (*protobuf[M]) Name() string { return "protobuf" }

func (p *protobuf[M]) Marshal(v any) ([]byte, error) {
	m, ok := v.(M)
	if !ok {
		return nil, fmt.Errorf("cluster: protobuf: a %T is no message: the queue must be one of pointers to messages", v)
	}
	return p.marshal(m)
}

// Unmarshal makes a message for the pointer that v points to.
func (p *protobuf[M]) Unmarshal(data []byte, v any) error {
	at := reflect.ValueOf(v).Elem()
	if at.Kind() == reflect.Pointer && at.IsNil() {
		at.Set(reflect.New(at.Type().Elem()))
	}
	m, ok := at.Interface().(M)
	if !ok {
		return fmt.Errorf("cluster: protobuf: a %s is no message: the queue must be one of pointers to messages", at.Type())
	}
	return p.unmarshal(data, m)
}
