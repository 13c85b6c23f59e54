import streamlit

from agents.bus import listen

streamlit.title("HemoStat")
for event in listen("repair"):
    streamlit.write(event)
