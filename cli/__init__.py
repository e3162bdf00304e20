"""The command `liaowang`: one file a verb."""
