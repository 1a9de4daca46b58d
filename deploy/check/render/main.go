// Command render builds overlays as kustomize does, and prints each object on a line: the overlay's folder, a tab, JSON.
package main

import (
	"fmt"
	"log"
	"os"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func main() {
	for _, folder := range os.Args[1:] {
		resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
		if err != nil {
			log.Fatal(err)
		}
		for _, resource := range resources.Resources() {
			text, err := resource.MarshalJSON()
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("%s\t%s\n", folder, text)
		}
	}
}
