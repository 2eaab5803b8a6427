package remote

import (
	"encoding/json"
	"errors"
	"maps"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Job is a call that is stored in the queue of its function, as the value of a job.
type Job struct {
	Reply string    `json:"reply"`
	Codec string    `json:"codec"`
	Until time.Time `json:"until,omitzero"`
	Data  []byte    `json:"data"`
}

// store asks the broker to store the call.
func (c *Call) store() error {
	data, err := json.Marshal(Job{Reply: c.to.reply(c), Codec: c.Codec, Until: c.Until, Data: c.Data})
	if err != nil {
		return err
	}
	c.phase = waits
	queue := QueueName(c.Name, c.Version)
	head := nats.Header{jetstream.MsgIDHeader: {c.ID}, "Edo-Id": {c.ID}, "Edo-Codec": {"json"}}
	maps.Copy(head, c.taken)
	ask := c.to.conn.Asks().New(link.Question{
		Subject: "edo.q." + queue + ".p0", Stream: "edo_" + queue, Data: data, Deaf: deafLimit(c.to.conn),
		Header: head,
		On:     "cluster: the confirmation of a call of " + c.Name,
	})
	c.ask = &ask
	return nil
}

// pollStored waits until the call is stored.
func (c *Call) pollStored(cx *edo.Context) (isPending bool, err error) {
	m, poll, err := c.ask.Poll(cx)
	if poll == edo.Pending {
		return true, nil
	}
	if errors.Is(err, nats.ErrNoResponders) {
		c.again++
		c.askOffers()
		return false, nil
	}
	c.ask = nil
	if err == nil {
		_, err = link.Stored(m)
	}
	if err == nil {
		c.giveUpTurn()
		c.Data = nil
	}
	return false, err
}
