"""Where models are trained: in this process, on its cores, or on the workers of a cluster."""
