"""`python -m lifecare_gql` is `lifecare-gql`."""

from lifecare_gql.cli import main

main()
