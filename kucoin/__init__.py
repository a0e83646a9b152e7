"""KuCoin for a trader's desk: everything here would still be true without Streamlit."""
