package cluster_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

type Mail struct{ To, Text string }

func Example() {
	folder, err := os.MkdirTemp("", "mail")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	err = edo.Run(func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		mails, err := cluster.NewQueue[Mail](task, conn, "mails", cluster.QueueConfig{Tries: 1})
		if err != nil {
			return err
		}
		for _, to := range []string{"anna", "", "bert"} {
			if _, err := mails.Publish(task, Mail{To: to, Text: "hello"}); err != nil {
				return err
			}
		}
		worker := cluster.Work(mails, 1, func(task *edo.Task, job *cluster.Job[Mail]) error {
			if job.Value.To == "" {
				return errors.New("there is no address")
			}
			fmt.Println("to", job.Value.To)
			return nil
		})
		works := edo.Spawn(task, edo.Future[edo.Unit](worker))
		if err := empty(task, mails); err != nil {
			return err
		}
		worker.Stop()
		if _, err := works.Await(task); err != nil {
			return err
		}
		dead, err := mails.Dead(task, 0, 10)
		if err != nil {
			return err
		}
		for _, d := range dead {
			fmt.Println("dead:", d.Reason)
		}
		return conn.Close(task)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// to anna
	// to bert
	// dead: there is no address
}
