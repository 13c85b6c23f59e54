defmodule A.MixProject do
  use Mix.Project
  defp deps, do: [{:plug, path: "../plug"}]
end
