package metrics_test

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/telemetry/metrics"
)

func ExampleSource_Read() {
	edo.Run(func(task *edo.Task) error {
		source := metrics.New(metrics.Config{Runtime: task.Runtime()})
		for _, p := range source.Read() {
			if p.Metric.Name == "edo.tasks.blocking" {
				fmt.Println(p.Metric.Prometheus(), p.Metric.Kind, p.Value)
			}
		}
		return nil
	})
	// Output: edo_tasks_blocking gauge 0
}

func ExampleWatchChannel() {
	tx, rx := mpsc.New[string](16)
	defer tx.Drop()
	defer rx.Drop()
	stop, err := metrics.WatchChannel("mail", tx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	tx.TrySend("hello")
	for _, p := range metrics.New(metrics.Config{}).Read() {
		if len(p.Labels) != 0 && p.Labels[0] == "mail" {
			fmt.Println(p.Metric.Name, p.Value)
		}
	}
	// Output:
	// edo.channel.depth 1
	// edo.channel.capacity 16
}
